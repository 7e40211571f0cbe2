"""What must hold of the tables, whatever happened: a walk over every row that reads and never writes."""
