"""Reads inventories with Ansible itself, many in one process, and prints what it makes of them as JSON.

Standard input: a JSON list of {"sources": [file, ...], "patterns": [...]}. Standard output: a JSON list of
{"error": text} or {"groups": {name: {"hosts": [...], "children": [...]}}, "hostvars": {...}, "patterns": [[...], ...]}.
"""

import json
import sys

from ansible.errors import AnsibleError
from ansible.inventory.helpers import get_group_vars
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader


def plain(value):
    return json.loads(json.dumps(value, default=lambda other: sorted(other) if isinstance(other, set) else str(other)))


def matching(manager, pattern):
    try:
        return [host.name for host in manager.get_hosts(pattern)]
    except AnsibleError:  # A subscript of nothing.
        return []


def describe(sources, patterns):
    manager = InventoryManager(loader=DataLoader(), sources=sources)
    manager.reconcile_inventory()
    hosts = manager.get_hosts("all")
    variables = {host.name: plain({**get_group_vars(host.get_groups()), **host.vars}) for host in hosts}
    for values in variables.values():
        for magic in ("inventory_file", "inventory_dir", "inventory_hostname", "inventory_hostname_short", "group_names"):
            values.pop(magic, None)
    return {
        "all": [host.name for host in hosts],
        "groups": {
            group.name: {
                "hosts": [host.name for host in group.hosts],
                "children": [child.name for child in group.child_groups],
            }
            for group in manager.groups.values()
        },
        "hostvars": variables,
        "patterns": [matching(manager, pattern) for pattern in patterns],
    }


def answer(question):
    try:
        return describe(question["sources"], question["patterns"])
    except Exception as error:  # Whatever Ansible refuses is an answer too.
        return {"error": str(error)}


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
