"""Everything kept: the database and its repositories, named after the question they answer; photos on disk."""
