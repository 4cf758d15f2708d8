//! Metrics of the Cloud API, read from the client at the moment of the question: requests, queues, budgets.
//!
//! Budgets are labelled by the API key's id, which is not secret; there are as many as connections have keys.

use std::fmt;
use std::sync::Arc;

use client::Accounts;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Counts requests and shows budgets.
pub struct Api(pub Arc<Accounts>);

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Api")
    }
}

impl Collector for Api {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "Requests to the Cloud API, by call and answer";
        let mut family = encoder.encode_descriptor("api_requests", help, None, MetricType::Counter)?;
        for ((operation, class), count) in self.0.stats().requests {
            let labels = [("operation", operation), ("code_class", class.as_str())];
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        let budgets = self.0.budgets();
        let help = "Calls that wait for the budget of an API key, by lane";
        let mut family = encoder.encode_descriptor("api_budget_queued", help, None, MetricType::Gauge)?;
        for budget in &budgets {
            for (lane, count) in
                [("urgent", budget.queued.urgent), ("create", budget.queued.create), ("observe", budget.queued.observe)]
            {
                let labels = [("key", budget.key_id.as_str()), ("lane", lane)];
                ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX)).encode(family.encode_family(&labels)?)?;
            }
        }
        let help = "Time that a create queued now would wait for the budget of an API key";
        let mut family = encoder.encode_descriptor("api_budget_wait_seconds", help, None, MetricType::Gauge)?;
        for budget in &budgets {
            ConstGauge::new(budget.eta.as_secs_f64())
                .encode(family.encode_family(&[("key", budget.key_id.as_str())])?)?;
        }
        let help = "1 while the service refuses requests of an API key as too many";
        let mut family = encoder.encode_descriptor("api_throttled", help, None, MetricType::Gauge)?;
        for budget in &budgets {
            ConstGauge::new(i64::from(budget.throttled_since.is_some()))
                .encode(family.encode_family(&[("key", budget.key_id.as_str())])?)?;
        }
        Ok(())
    }
}
