"""The parts of start pages, one module for each thing that is read."""
