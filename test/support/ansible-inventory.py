"""Reads inventories with Ansible itself, many in one process, and prints what it makes of them as JSON.

Standard input: a JSON list of {"sources": [file, ...], "patterns": [...], "playbookFolder": folder}; what a limit leaves of
a pattern is asked for by [pattern, limit]. Standard output: a JSON list of
{"error": text} or {"groups": {name: {"hosts": [...], "children": [...]}}, "hostvars": {...}, "patterns": [[...], ...]}.
"""

import json
import sys

from ansible.cli.inventory import INTERNAL_VARS
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager


class Encoder(AnsibleJSONEncoder):
    def default(self, o):
        return sorted(o) if isinstance(o, (set, frozenset)) else super().default(o)


def plain(value):
    return json.loads(json.dumps(value, cls=Encoder))


def matching(manager, pattern):
    try:
        if isinstance(pattern, str):
            return [host.name for host in manager.get_hosts(pattern)]
        hosts, limit = pattern
        manager.subset(limit)
        return [host.name for host in manager.get_hosts(hosts)]
    except AnsibleError:  # A subscript of nothing.
        return []
    finally:
        manager.subset(None)


def describe(sources, patterns, playbook_folder):
    loader = DataLoader()
    if playbook_folder:
        loader.set_basedir(playbook_folder)
    manager = InventoryManager(loader=loader, sources=sources)
    variable_manager = VariableManager(loader=loader, inventory=manager)
    hosts = manager.get_hosts("all")

    def variables(host):
        found = variable_manager.get_vars(host=host, include_hostvars=False, stage="all")
        return plain({name: value for name, value in found.items() if name not in INTERNAL_VARS})

    return {
        "all": [host.name for host in hosts],
        "groups": {
            group.name: {
                "hosts": [host.name for host in group.hosts],
                "children": [child.name for child in group.child_groups],
            }
            for group in manager.groups.values()
        },
        "hostvars": {host.name: variables(host) for host in hosts},
        "patterns": [matching(manager, pattern) for pattern in patterns],
    }


def answer(question):
    try:
        return describe(question["sources"], question["patterns"], question.get("playbookFolder"))
    except Exception as error:  # Whatever Ansible refuses is an answer too.
        return {"error": str(error)}


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
