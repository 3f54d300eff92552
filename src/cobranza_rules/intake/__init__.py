"""Files from outside become domain records, or problems that say where and what; nothing here writes."""
