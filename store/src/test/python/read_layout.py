"""Reads an OCI image layout by the letter of image-spec 1.1, knowing nothing of the Java code.

Prints each image and its layers, then how many blobs there are; every blob is compared with its
name, and every descriptor with its blob.
"""

import hashlib
import json
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
assert sorted(p.name for p in root.iterdir()) == [".lock", "blobs", "index.json", "oci-layout"]
assert json.loads((root / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}


def content(descriptor):
    algorithm, hex_digits = descriptor["digest"].split(":")
    data = (root / "blobs" / algorithm / hex_digits).read_bytes()
    assert type(descriptor["size"]) is int and len(data) == descriptor["size"]
    assert algorithm == "sha256" and hashlib.sha256(data).hexdigest() == hex_digits
    return data


index = json.loads((root / "index.json").read_bytes())
assert index["schemaVersion"] == 2
assert index["mediaType"] == "application/vnd.oci.image.index.v1+json"
for entry in index["manifests"]:
    assert entry["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    manifest = json.loads(content(entry))
    assert manifest["schemaVersion"] == 2
    assert manifest["mediaType"] == entry["mediaType"]
    assert content(manifest["config"]) == b"{}"
    print(
        entry["annotations"]["org.opencontainers.image.ref.name"],
        entry["digest"],
        manifest["artifactType"],
        manifest["annotations"]["layers"],
        manifest["config"]["size"],
    )
    for layer in manifest["layers"]:
        content(layer)
        print(" ", layer["mediaType"], layer["digest"], layer["size"])

blobs = list((root / "blobs" / "sha256").iterdir())
for blob in blobs:
    assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
print(len(blobs), "blobs")
