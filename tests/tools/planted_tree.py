"""A small tree that both checks accept; the tests plant one violation each in it."""

import pathlib
import tempfile

FILES = {
    "layers.txt": "base:\nasync: base\nodu/model: base\n",
    "tools/untested.txt": "src/async/asio.cc: Asio's own code\n",
    "src/base/error.h": "#pragma once\n",
    "src/base/error.cc": '#include "base/error.h"\n\n#include <string>\n',
    "src/async/asio.cc": "#include <boost/asio/impl/src.hpp>\n",
    "src/odu/model/node.h": '#pragma once\n#include "base/error.h"\n',
    "src/odu/model/node.cc": '#include "odu/model/node.h"\n\n#include "base/error.h"\n',
    "src/odu/main.cc": '#include "odu/model/node.h"\nint main() { std::exit(0); }\n',
    "tests/base/error_test.cc": "",
    "tests/odu/model/node_test.cc": "",
}


class PlantedTree:
    """`with PlantedTree() as tree: tree.write(...)`; removed at the end."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self._folder.name).resolve()
        for path, text in FILES.items():
            self.write(path, text)
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def write(self, path: str, text: str):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def remove(self, path: str):
        (self.root / path).unlink()
