//! The metric of pipes that belong to no object. Not here: finding them ([`crate::ownerless`]).

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::ownerless::Ownerless;

/// Counts pipes that carry a token and belong to no object.
#[derive(Debug)]
pub(super) struct OwnerlessPipes(pub(super) Arc<Ownerless>);

impl Collector for OwnerlessPipes {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "Pipes that carry a token and belong to no object, by the cluster that the token is of";
        let mut family = encoder.encode_descriptor("ownerless_pipes", help, None, MetricType::Gauge)?;
        let (ours, unknown) = self.0.totals();
        for (cluster, count) in [("this", ours), ("unknown", unknown)] {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(family.encode_family(&[("cluster", cluster)])?)?;
        }
        Ok(())
    }
}
