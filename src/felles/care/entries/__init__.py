"""One entry opened: any FHIR resource of a person, readable, with who wrote it, where and when."""
