// The dashboards, alerts and recording rules as a Prometheus mixin: import this file beside your other mixins.
{
  _config+:: {
    // What the scrape job is called; the alert about an absent exporter needs to know.
    job: 'netver',
    // Where the runbooks are, for those who keep their own.
    runbooks: 'https://github.com/netver/netver_exporter/blob/main/docs/runbooks.md',
  },

  local shipped = 'https://github.com/netver/netver_exporter/blob/main/docs/runbooks.md',
  local adapted = function(text) std.strReplace(std.strReplace(text, 'job="netver"', 'job="%s"' % $._config.job), shipped, $._config.runbooks),

  grafanaDashboards+:: {
    'netver-fleet.json': import 'fleet.json',
    'netver-device.json': import 'device.json',
    'netver-versions.json': import 'versions.json',
    'netver-exporter.json': import 'exporter.json',
  },
  prometheusAlerts+:: std.parseYaml(adapted(importstr '../prometheus/alerts.yml')),
  prometheusRules+:: std.parseYaml(importstr '../prometheus/rules.yml'),
}
