// Tests of Engines.
