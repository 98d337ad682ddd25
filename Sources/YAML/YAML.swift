// YAML: documents to JSONValue and back, through libyaml.
