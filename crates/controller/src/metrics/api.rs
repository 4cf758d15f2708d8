//! Metrics of the Cloud API, read from the client at the moment of the question: requests, queues, budgets.
//!
//! Budgets are labelled by the API key's id, which is not secret, and the API's origin, because each API counts for itself; there are as many
//! as connections have keys.

use std::fmt;
use std::sync::Arc;

use client::{Accounts, BudgetView};
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
                let [key, origin] = labels(budget);
                let labels = [key, origin, ("lane", lane)];
                ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX)).encode(family.encode_family(&labels)?)?;
            }
        }
        let help = "Time that a create queued now would wait for the budget of an API key";
        let mut family = encoder.encode_descriptor("api_budget_wait_seconds", help, None, MetricType::Gauge)?;
        for budget in &budgets {
            ConstGauge::new(budget.eta.as_secs_f64()).encode(family.encode_family(&labels(budget))?)?;
        }
        let help = "1 while the service refuses requests of an API key as too many";
        let mut family = encoder.encode_descriptor("api_throttled", help, None, MetricType::Gauge)?;
        for budget in &budgets {
            ConstGauge::new(i64::from(budget.throttled_since.is_some()))
                .encode(family.encode_family(&labels(budget))?)?;
        }
        Ok(())
    }
}

/// What tells budgets apart.
fn labels(budget: &BudgetView) -> [(&'static str, &str); 2] {
    [("key", &budget.key_id), ("origin", &budget.origin)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use client::{AccountKey, Limit};
    use cloud::{OrganizationId, Secret};
    use url::Url;

    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn one_key_at_two_apis_is_two_budgets_and_no_series_is_there_twice() {
        let accounts = Arc::new(Accounts::new("test").unwrap());
        let mut held = Vec::new();
        for api_url in ["https://api.clickhouse.cloud", "https://proxy.example:8443/base"] {
            let key = AccountKey {
                api_url: Url::parse(api_url).unwrap(),
                organization: OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
                key_id: "id".to_owned(),
                key_secret: Secret::new("secret".to_owned()),
            };
            held.push(accounts.account(key, Limit::default()));
        }
        let metrics = Metrics::new();
        metrics.add(Box::new(Api(accounts)));
        let text = metrics.text().unwrap();
        let series = text.lines().filter(|line| line.starts_with("clickpipes_api_"));
        let series: Vec<&str> = series.filter_map(|line| line.rsplit_once(' ').map(|(name, _)| name)).collect();
        assert_eq!(series.iter().collect::<BTreeSet<_>>().len(), series.len(), "{text}");
        let shown = "clickpipes_api_throttled{key=\"id\",origin=\"https://proxy.example:8443\"}";
        assert!(series.contains(&shown), "{text}");
    }
}
