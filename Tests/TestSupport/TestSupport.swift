// TestSupport: clocks, generators and the test environment that suites share.
