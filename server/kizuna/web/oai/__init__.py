"""OAI-PMH 2.0: what is asked, the records of the catalogue, and the answers in XML."""
