"""Triple Pattern Fragments: what is asked, what is found, and the controls that lead on."""
