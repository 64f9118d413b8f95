"""Asks Ansible itself which tasks a run with tags would do, many in one process.

Standard input: a JSON list of {"own": [tag, ...], "tags": [...], "skip": [...]}. Standard output: a JSON list of booleans.
An empty list of tags is what the command line makes "all" of.
"""

import json
import sys

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task

loader = DataLoader()


def decide(case):
    task = Task.load({"name": "a task", "ansible.builtin.command": "true", "tags": case["own"]}, loader=loader)
    return task.evaluate_tags(case["tags"] or ["all"], case["skip"], {})


json.dump([bool(decide(case)) for case in json.load(sys.stdin)], sys.stdout)
