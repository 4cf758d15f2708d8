//! Whether this replica works, read at the moment of the question.
//!
//! Not here: deciding it ([`crate::lease`]).

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::tenure::Tenure;

/// 1 while this replica works.
#[derive(Debug)]
pub struct Leader(pub Tenure);

impl Collector for Leader {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "1 while this replica works, 0 while another one may";
        let gauge = encoder.encode_descriptor("leader", help, None, MetricType::Gauge)?;
        ConstGauge::new(i64::from(self.0.may_call())).encode(gauge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn a_replica_that_waits_is_not_the_leader() {
        for (tenure, line) in [(Tenure::waiting(), "clickpipes_leader 0"), (Tenure::unlimited(), "clickpipes_leader 1")]
        {
            let metrics = Metrics::new();
            metrics.add(Box::new(Leader(tenure)));
            let text = metrics.text().unwrap();
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
