//! The end of the demo: figures.

use std::time::Duration;

use super::life::ensure;
use super::stage::Stage;
use crate::run::Result;

/// The limit of the real service, which the simulator enforces.
const LIMIT: u64 = 10;

pub(super) fn print(stage: &Stage, prepared: Duration, all: Duration) -> Result {
    let stats = stage.world.simulator().stats()?;
    let most = stats["most_in_ten_seconds"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, most)| most.as_u64())
        .max()
        .unwrap_or_default();
    println!("\n━━ Summary");
    println!("  objects applied       {}", stage.objects);
    println!("  API calls             {}", stats["requests"]);
    for (route, count) in stats["by_route"].as_object().into_iter().flatten() {
        println!("    {route:<20}{count}");
    }
    println!("  refused as too many   {}", stats["throttled"]);
    println!("  most in any 10 s      {most} (limit {LIMIT})");
    println!("  seconds               {} ({} of them preparing)", all.as_secs(), prepared.as_secs());
    ensure(most <= LIMIT, format!("{most} requests in 10 s"))?;
    println!("\nEvery scene was verified.");
    Ok(())
}
