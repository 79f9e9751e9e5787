"""Links to Wikidata: candidates compared and proposed, links that have rotted, statements."""
