// Engines: pod templates per inference engine.
