"""A CloudFormation template as it is once its parameters are known: conditions decided, what they leave out gone."""

from __future__ import annotations

import re
from typing import Any

Template = dict[str, Any]
PSEUDO = re.compile(r"AWS::\w+\Z")
VARIABLE = re.compile(r"\$\{([^}!]+)\}")
GONE = object()


def settled(template: Template, **parameters: str) -> Template:
    """The resources and outputs that there would be."""
    given = {name: one.get("Default") for name, one in template.get("Parameters", {}).items()} | parameters
    conditions = template.get("Conditions", {})

    def holds(condition: Any) -> bool:
        if isinstance(condition, str):
            return holds(conditions[condition])
        ((name, operands),) = condition.items()
        if name == "Condition":
            return holds(operands)
        if name == "Fn::Equals":
            return len({given[one["Ref"]] if isinstance(one, dict) else one for one in operands}) == 1
        decided = [holds(one) for one in operands]
        return {"Fn::Not": not decided[0], "Fn::And": all(decided), "Fn::Or": any(decided)}[name]

    def decided(value: Any) -> Any:
        if isinstance(value, list):
            return [one for one in map(decided, value) if one is not GONE]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Fn::If"}:
            condition, yes, no = value["Fn::If"]
            return decided(yes if holds(condition) else no)
        if value == {"Ref": "AWS::NoValue"}:
            return GONE
        made = {name: decided(one) for name, one in value.items()}
        return {name: one for name, one in made.items() if one is not GONE}

    return {
        section: {
            name: decided(one)
            for name, one in template.get(section, {}).items()
            if "Condition" not in one or holds(one["Condition"])
        }
        for section in ("Resources", "Outputs")
    }


def missing(template: Template, made: Template) -> set[str]:
    """What is referred to and is not there."""
    there = set(made["Resources"]) | set(template.get("Parameters", {}))
    return {one for one in referred(made) if one not in there and not PSEUDO.match(one)}


def referred(value: Any) -> set[str]:
    """Every name that a reference, an attribute, a variable or a dependency stands for."""
    if isinstance(value, list):
        return set().union(*map(referred, value))
    if not isinstance(value, dict):
        return set()
    found: set[str] = set().union(*map(referred, value.values()))
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        named = value["Fn::GetAtt"]
        found.add(named[0] if isinstance(named, list) else named.partition(".")[0])
    if "Fn::Sub" in value:
        found |= substituted(value["Fn::Sub"])
    if "Type" in value and "DependsOn" in value:
        after = value["DependsOn"]
        found |= {after} if isinstance(after, str) else set(after)
    return found


def substituted(text: Any) -> set[str]:
    """The variables of Fn::Sub that it does not bring along itself."""
    text, own = text if isinstance(text, list) else (text, {})
    return {name.partition(".")[0] for name in VARIABLE.findall(text)} - set(own)
