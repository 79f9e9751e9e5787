"""The terms of the vocabularies and the shapes of a release, and the pages about them."""
