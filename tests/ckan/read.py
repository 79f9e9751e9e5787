"""Read a catalogue as CKAN's harvester does, and print what it makes of it as JSON.

``python read.py FILE FORMAT SITE``: run by a Python in which CKAN and ckanext-dcat are installed.
"""

import json
import sys
from pathlib import Path

from ckan.common import config

config["ckan.site_url"] = sys.argv[3]

from ckan.logic.validators import tag_length_validator, tag_name_validator  # noqa: E402
from ckanext.dcat.processors import RDFParser  # noqa: E402


def main() -> None:
    """Print a list of datasets."""
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(Path(sys.argv[1]).read_text(encoding="utf-8"), _format=sys.argv[2])
    found = list(parser.datasets())
    for dataset in found:
        for tag in dataset["tags"]:
            tag_length_validator(tag["name"], {})
            tag_name_validator(tag["name"], {})
    print(json.dumps(found))


if __name__ == "__main__":
    main()
