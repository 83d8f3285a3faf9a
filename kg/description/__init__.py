"""What a snapshot says of itself: what is in it and where it comes from, in the vocabularies that catalogues read."""
