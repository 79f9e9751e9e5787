"""From a text to proposed claims: reading, rules and models, comparison with what people found."""
