# A program as it is kept warm: its libraries are imported. It counts the words of a JSON document.
import asyncio
import json
import re

import mote

assert asyncio.run(asyncio.sleep(0, True))


@mote.function("(document: string) -> string")
def count(document):
    words = {}
    for word in re.findall(r"\w+", json.loads(document)["text"].lower()):
        words[word] = words.get(word, 0) + 1
    return json.dumps(words, sort_keys=True)


mote.serve()
