// KubeCore: what every other room says Kubernetes with. No I/O.
//
//   JSON/     JSONValue, its parser and its canonical writer; JSONReader, for what is cached by the ten thousand
//   Patch/    JSON Merge Patch (RFC 7386) and JSON Patch (RFC 6902)
//   Meta/     ObjectMeta, ResourceType, NamespacedName, ObjectList, Status, Condition, LabelSelector
//   Values/   Quantity, Timestamp, IntOrString
//   Objects/  the slim forms of the API types we read: each names only the fields in use
