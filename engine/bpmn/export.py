"""The table of extension elements as an XML schema, a moddle descriptor, and a page.

Everything comes from :data:`engine.bpmn.table.ELEMENTS`; nothing is kept by hand.
"""

import json
from xml.sax.saxutils import quoteattr

from .table import ELEMENTS, NAMESPACE, PREFIX, Attribute, Element, Kind

#: Text that is more than white space, half or full width.
_FILLED = '<xs:pattern value="[\\s\\S]*[^\\s\u3000][\\s\\S]*"/>'
#: Kind → base type and facets of its simple type in the XML schema.
_FACETS = {
    Kind.TEXT: ("xs:string", ""),
    Kind.WORDS: ("xs:string", ""),
    Kind.EXPRESSION: ("xs:string", _FILLED),
    Kind.INTEGER: ("xs:token", '<xs:maxLength value="9"/><xs:pattern value="0*[1-9][0-9]*"/>'),
    Kind.DECIMAL: ("xs:token", '<xs:pattern value="-?[0-9]{1,15}(\\.[0-9]{1,2})?"/>'),
    Kind.BOOLEAN: ("xs:token", '<xs:enumeration value="true"/><xs:enumeration value="false"/>'),
    Kind.DATE: ("xs:date", '<xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}"/>'),
    Kind.IDENTIFIER: ("xs:token", '<xs:pattern value="[A-Za-z][A-Za-z0-9_]*"/>'),
}


def xsd() -> str:
    """The XML schema of the namespace."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"',
        f'           xmlns:{PREFIX}="{NAMESPACE}" targetNamespace="{NAMESPACE}"',
        '           elementFormDefault="qualified" attributeFormDefault="unqualified">',
    ]
    for element in ELEMENTS:
        lines += _xsd_element(element)
    return "\n".join([*lines, "</xs:schema>", ""])


def _children(element: Element) -> list[Element]:
    return [child for child in ELEMENTS if element.name in child.parents]


def _xsd_element(element: Element) -> list[str]:
    lines = [f'  <xs:element name="{element.name}">', *_documented(element.meaning, "    ")]
    lines += [
        "    <xs:complexType>",
        '      <xs:choice minOccurs="0" maxOccurs="unbounded">',
        *(f'        <xs:element ref="{PREFIX}:{child.name}"/>' for child in _children(element)),
        '        <xs:any namespace="##other" processContents="lax"/>',
        "      </xs:choice>",
    ]
    for attribute in element.attributes:
        lines += _xsd_attribute(attribute)
    return [
        *lines,
        '      <xs:anyAttribute namespace="##other" processContents="lax"/>',
        "    </xs:complexType>",
        "  </xs:element>",
    ]


def _xsd_attribute(attribute: Attribute) -> list[str]:
    use = ' use="required"' if attribute.required else ""
    lines = [
        f'      <xs:attribute name="{attribute.name}"{use}>',
        *_documented(attribute.meaning, "        "),
    ]
    choices = "".join(f"<xs:enumeration value={quoteattr(c)}/>" for c in attribute.choices)
    if attribute.kind is Kind.CHOICES:
        lines += [
            "        <xs:simpleType><xs:restriction>",
            "          <xs:simpleType><xs:list><xs:simpleType>",
            f'            <xs:restriction base="xs:token">{choices}</xs:restriction>',
            "          </xs:simpleType></xs:list></xs:simpleType>",
            '          <xs:minLength value="1"/>',
            "        </xs:restriction></xs:simpleType>",
        ]
    else:
        base, facets = ("xs:token", choices) if choices else _FACETS[attribute.kind]
        if attribute.required and not facets:
            facets = _FILLED
        restriction = f'<xs:restriction base="{base}">{facets}</xs:restriction>'
        lines.append(f"        <xs:simpleType>{restriction}</xs:simpleType>")
    return [*lines, "      </xs:attribute>"]


def _documented(text: str, indent: str) -> list[str]:
    documentation = f"<xs:documentation>{text}</xs:documentation>"
    return [f"{indent}<xs:annotation>{documentation}</xs:annotation>"]


def _type_name(element: Element) -> str:
    return element.name[0].upper() + element.name[1:]


def moddle() -> str:
    """The moddle descriptor bpmn-js reads the namespace by, as JSON."""
    types = [
        {
            "name": _type_name(element),
            "superClass": ["Element"],
            "meta": {"allowedIn": [_host(parent) for parent in element.parents]},
            "description": element.meaning,
            "properties": [
                *(_property(attribute) for attribute in element.attributes),
                *(_nested(child) for child in _children(element)),
            ],
        }
        for element in ELEMENTS
    ]
    enumerations = [
        {"name": f"{_type_name(e)}_{a.name}", "literalValues": [{"name": c} for c in a.choices]}
        for e in ELEMENTS
        for a in e.attributes
        if a.choices
    ]
    descriptor = {
        "name": "Qingdan",
        "uri": NAMESPACE,
        "prefix": PREFIX,
        "xml": {"tagAlias": "lowerCase"},
        "types": types,
        "enumerations": enumerations,
        "associations": [],
    }
    return json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"


def _host(parent: str) -> str:
    named = next((e for e in ELEMENTS if e.name == parent), None)
    return f"{PREFIX}:{_type_name(named)}" if named else f"bpmn:{parent[0].upper()}{parent[1:]}"


def _property(attribute: Attribute) -> dict[str, object]:
    kind = {Kind.INTEGER: "Integer", Kind.BOOLEAN: "Boolean"}.get(attribute.kind, "String")
    return {
        "name": attribute.name,
        "isAttr": True,
        "type": kind,
        "description": attribute.meaning,
        **({"isRequired": True} if attribute.required else {}),
    }


def _nested(child: Element) -> dict[str, object]:
    many = {"isMany": True} if child.repeatable else {}
    return {"name": child.name, "type": _type_name(child), **many, "description": child.meaning}


_KINDS = {
    Kind.TEXT: "文字",
    Kind.INTEGER: "整数",
    Kind.DECIMAL: "数，至多两位小数",
    Kind.BOOLEAN: "true 或 false",
    Kind.DATE: "日期，如 2026-03-01",
    Kind.WORDS: "几个词，用空格或“|”分隔",
    Kind.IDENTIFIER: "英文名",
    Kind.EXPRESSION: "表达式",
}


def page() -> str:
    """Every element and attribute as Markdown, for ``docs/format.md``."""
    return "\n".join(line for element in ELEMENTS for line in _section(element))


def _section(element: Element) -> list[str]:
    hosts = "、".join(f"`{parent}`" for parent in element.parents)
    often = "，可写多个" if element.repeatable else "，只写一个"
    return [
        f"### `{PREFIX}:{element.name}`",
        "",
        f"{element.meaning}。写在 {hosts} 里{often}。",
        "",
        "| 属性 | 必填 | 写什么 | 意思 |",
        "|---|---|---|---|",
        *(
            f"| `{a.name}` | {'是' if a.required else ''} | {_written(a)} | {_cell(a.meaning)} |"
            for a in element.attributes
        ),
        "",
    ]


def _written(attribute: Attribute) -> str:
    if not attribute.choices:
        return _cell(_KINDS[attribute.kind])
    choices = "、".join(f"`{choice}`" for choice in attribute.choices)
    return f"{choices}，可写几个" if attribute.kind is Kind.CHOICES else choices


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
