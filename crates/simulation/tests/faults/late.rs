//! Creates that are carried out late, and lists that show them late: within the create window there is one pipe, beyond it one that ever ran.

use sim::{Fault, FaultKind, RouteKind};
use simulation::watchman::Promises;
use simulation::world::{World, in_virtual_time};

use crate::{MINUTE, apply, assert_sound, condition, count, inject, living, world};

const WINDOW_S: u64 = 900;

fn promise(world: &World, window_holds: bool) {
    world.shared.watchman.lock().promise(Promises { window_holds, one_operator: true });
}

/// How many pipes of ours live and run.
fn running(world: &World) -> usize {
    let cloud = world.shared.cloud.lock();
    let live = cloud.pipes().filter(|pipe| pipe.gone_at_ms.is_none());
    live.filter(|pipe| pipe.everything(cloud.now_ms())["state"] == "Running").count()
}

#[test]
fn f05_a_504_whose_create_is_carried_out_0_s_to_30_min_later_leaves_one_pipe() {
    for delay_s in [0, 5, 15, 29, 31, 60, 120, 300, 600, 840, 1_200, 1_800] {
        in_virtual_time(async {
            let world = world();
            promise(&world, delay_s < WINDOW_S);
            let late = FaultKind::GatewayTimeout { commit_after_ms: Some(delay_s * 1_000), answer_after_ms: 30_000 };
            inject(&world, Fault::new(late).on(RouteKind::CreatePipe).once());
            apply(&world, "kafka", "kafka", &[]);
            world.advance(80 * MINUTE).await;
            let what = format!("carried out {delay_s} s later");
            assert_eq!((living(&world).len(), running(&world)), (1, 1), "{what}");
            let posts = if delay_s < WINDOW_S { 1 } else { 2 };
            assert_eq!(count(&world, RouteKind::CreatePipe), posts, "{what}");
            assert_eq!(condition(&world, "kafka", "Ready"), "True Running", "{what}");
            assert_eq!(condition(&world, "kafka", "SuspectedDuplicate"), " ", "{what}");
            assert_sound(&world, &what);
        });
    }
}

#[test]
fn f07_a_list_that_is_late_by_up_to_the_window_and_beyond_leaves_one_pipe() {
    for lost in [false, true] {
        for lag_s in [5, 60, 300, 600, 840, 1_200, 2_400] {
            in_virtual_time(async {
                let world = world();
                promise(&world, lag_s < WINDOW_S);
                if lost {
                    let reset = Fault::new(FaultKind::ResetAfterCommit { after_ms: 100 });
                    inject(&world, reset.on(RouteKind::CreatePipe).once());
                }
                inject(&world, Fault::new(FaultKind::ListLag { ms: lag_s * 1_000 }));
                apply(&world, "kafka", "kafka", &[]);
                world.advance(150 * MINUTE).await;
                let what = format!("{lag_s} s late, the answer is lost: {lost}");
                assert_eq!((living(&world).len(), running(&world)), (1, 1), "{what}");
                let posts = if lost && lag_s > WINDOW_S { 2 } else { 1 };
                assert_eq!(count(&world, RouteKind::CreatePipe), posts, "{what}");
                assert_eq!(condition(&world, "kafka", "Ready"), "True Running", "{what}");
                assert_sound(&world, &what);
            });
        }
    }
}
