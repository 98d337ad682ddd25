// Tests of MetricSources.
