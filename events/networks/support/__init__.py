"""Regional support offices: the regions they cover, who advises there, their clients and what these allow."""
