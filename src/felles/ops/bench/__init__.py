"""Measuring Felles, or any other FHIR server, the same way each time."""
