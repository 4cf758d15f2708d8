//! Rules of MySQL and MariaDB sources.

use serde_json::{Map, Value};

use crate::refusal::Checked;
use crate::rules::database::{check_login, check_mappings, settings};
use crate::rules::{Rule, Surroundings, only, text};
use crate::source::Source;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    |source, around| check_login(Source::Mysql, source, around),
    |source, _| check_mappings(Source::Mysql, source),
    mariadb_replicates_by_gtid,
];

fn mariadb_replicates_by_gtid(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let mariadb = matches!(text(source, "type"), Some("mariadb" | "rdsmariadb"));
    let by_file = text(&settings(source), "replicationMechanism") == Some("FILE_POS");
    only(!(mariadb && by_file), "source.mysql.settings.replicationMechanism", "MariaDB supports GTID only")
}
