"""What the BPMN 2.0 schema allows: children and attributes of every element we may meet.

The facts of OMG's ``Semantic.xsd``, written down anew: its licence lets nobody
pass the file on, so it is no part of this project. The tests compare this table
with the copy that SpiffWorkflow installs. Choreographies and conversations
are left out: no procedure of an office has them.

A row is ``type: (type it extends, children in order, attributes)``. A child is
followed by ``*`` (any number), ``+`` (at least one), ``?`` (at most one) or
nothing (exactly one); an attribute by ``!`` where it is required and by the
kind of its value where that is not free text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_TYPES: Mapping[str, tuple[str, str, str]] = {
    "baseElement": ("", "documentation* extensionElements?", "id"),
    "documentation": ("", "", "id textFormat"),
    "extensionElements": ("", "", ""),
    "script": ("", "", ""),
    "text": ("", "", ""),
    "ref": ("", "", ""),
    "definitions": (
        "",
        "import* extension* rootElement* BPMNDiagram* relationship*",
        "id name targetNamespace! expressionLanguage typeLanguage exporter exporterVersion",
    ),
    "import": ("", "", "namespace! location! importType!"),
    "extension": ("", "documentation*", "definition mustUnderstand:boolean"),
    "relationship": ("baseElement", "source+ target+", "type! direction"),
    "expression": ("baseElement", "", "language evaluatesToTypeRef"),
    # Elements of a flow.
    "flowElement": ("baseElement", "auditing? monitoring? categoryValueRef*", "name"),
    "flowNode": ("flowElement", "incoming* outgoing*", ""),
    "sequenceFlow": (
        "flowElement",
        "conditionExpression?",
        "sourceRef! targetRef! isImmediate:boolean",
    ),
    "activity": (
        "flowNode",
        "ioSpecification? property* dataInputAssociation* dataOutputAssociation* resourceRole*"
        " loopCharacteristics?",
        "isForCompensation:boolean startQuantity:integer completionQuantity:integer default",
    ),
    "task": ("activity", "", ""),
    "manualTask": ("activity", "", ""),
    "userTask": ("activity", "rendering*", "implementation"),
    "serviceTask": ("activity", "", "implementation operationRef"),
    "sendTask": ("activity", "", "implementation messageRef operationRef"),
    "receiveTask": (
        "activity",
        "",
        "implementation instantiate:boolean messageRef operationRef",
    ),
    "businessRuleTask": ("activity", "", "implementation"),
    "scriptTask": ("activity", "script?", "scriptFormat"),
    "callActivity": ("activity", "", "calledElement"),
    "subProcess": ("activity", "laneSet* flowElements* artifact*", "triggeredByEvent:boolean"),
    "transaction": ("subProcess", "", "method"),
    "adHocSubProcess": (
        "subProcess",
        "completionCondition?",
        "cancelRemainingInstances:boolean ordering:Parallel|Sequential",
    ),
    "standardLoopCharacteristics": (
        "baseElement",
        "loopCondition?",
        "testBefore:boolean loopMaximum:integer",
    ),
    "multiInstanceLoopCharacteristics": (
        "baseElement",
        "loopCardinality? loopDataInputRef? loopDataOutputRef? inputDataItem? outputDataItem?"
        " complexBehaviorDefinition* completionCondition?",
        "isSequential:boolean behavior:None|One|All|Complex oneBehaviorEventRef"
        " noneBehaviorEventRef",
    ),
    "complexBehaviorDefinition": ("baseElement", "condition event?", ""),
    "gateway": (
        "flowNode",
        "",
        "gatewayDirection:Unspecified|Converging|Diverging|Mixed",
    ),
    "exclusiveGateway": ("gateway", "", "default"),
    "inclusiveGateway": ("gateway", "", "default"),
    "parallelGateway": ("gateway", "", ""),
    "complexGateway": ("gateway", "activationCondition?", "default"),
    "eventBasedGateway": (
        "gateway",
        "",
        "instantiate:boolean eventGatewayType:Exclusive|Parallel",
    ),
    "event": ("flowNode", "property*", ""),
    "catchEvent": (
        "event",
        "dataOutput* dataOutputAssociation* outputSet? eventDefinition* eventDefinitionRef*",
        "parallelMultiple:boolean",
    ),
    "throwEvent": (
        "event",
        "dataInput* dataInputAssociation* inputSet? eventDefinition* eventDefinitionRef*",
        "",
    ),
    "startEvent": ("catchEvent", "", "isInterrupting:boolean"),
    "intermediateCatchEvent": ("catchEvent", "", ""),
    "boundaryEvent": ("catchEvent", "", "cancelActivity:boolean attachedToRef!"),
    "endEvent": ("throwEvent", "", ""),
    "intermediateThrowEvent": ("throwEvent", "", ""),
    "implicitThrowEvent": ("throwEvent", "", ""),
    # What events wait for.
    "messageEventDefinition": ("baseElement", "operationRef?", "messageRef"),
    "timerEventDefinition": ("baseElement", "timer?", ""),
    "signalEventDefinition": ("baseElement", "", "signalRef"),
    "errorEventDefinition": ("baseElement", "", "errorRef"),
    "escalationEventDefinition": ("baseElement", "", "escalationRef"),
    "conditionalEventDefinition": ("baseElement", "condition", ""),
    "linkEventDefinition": ("baseElement", "source* target?", "name!"),
    "compensateEventDefinition": (
        "baseElement",
        "",
        "waitForCompletion:boolean activityRef",
    ),
    "cancelEventDefinition": ("baseElement", "", ""),
    "terminateEventDefinition": ("baseElement", "", ""),
    # Data.
    "ioSpecification": ("baseElement", "dataInput* dataOutput* inputSet+ outputSet+", ""),
    "dataInput": ("baseElement", "dataState?", "name itemSubjectRef isCollection:boolean"),
    "inputSet": (
        "baseElement",
        "dataInputRefs* optionalInputRefs* whileExecutingInputRefs* outputSetRefs*",
        "name",
    ),
    "outputSet": (
        "baseElement",
        "dataOutputRefs* optionalOutputRefs* whileExecutingOutputRefs* inputSetRefs*",
        "name",
    ),
    "dataAssociation": ("baseElement", "sourceRef* targetRef transformation? assignment*", ""),
    "assignment": ("baseElement", "from to", ""),
    "dataState": ("baseElement", "", "name"),
    "property": ("baseElement", "dataState?", "name itemSubjectRef"),
    "dataObject": ("flowElement", "dataState?", "itemSubjectRef isCollection:boolean"),
    "dataObjectReference": ("flowElement", "dataState?", "itemSubjectRef dataObjectRef"),
    "dataStoreReference": ("flowElement", "dataState?", "itemSubjectRef dataStoreRef"),
    # Lanes, artifacts, resources.
    "laneSet": ("baseElement", "lane*", "name"),
    "lane": (
        "baseElement",
        "partitionElement? flowNodeRef* childLaneSet?",
        "name partitionElementRef",
    ),
    "association": (
        "baseElement",
        "",
        "sourceRef! targetRef! associationDirection:None|One|Both",
    ),
    "group": ("baseElement", "", "categoryValueRef"),
    "textAnnotation": ("baseElement", "text?", "textFormat"),
    "resourceRole": (
        "baseElement",
        "resourceRef? resourceParameterBinding* resourceAssignmentExpression?",
        "name",
    ),
    "resourceParameterBinding": ("baseElement", "expression", "parameterRef!"),
    "resourceAssignmentExpression": ("baseElement", "expression", ""),
    # What stands directly in the file.
    "callableElement": (
        "baseElement",
        "supportedInterfaceRef* ioSpecification? ioBinding*",
        "name",
    ),
    "process": (
        "callableElement",
        "auditing? monitoring? property* laneSet* flowElements* artifact* resourceRole*"
        " correlationSubscription* supports*",
        "processType:None|Public|Private isClosed:boolean isExecutable:boolean"
        " definitionalCollaborationRef",
    ),
    "ioBinding": ("baseElement", "", "operationRef! inputDataRef! outputDataRef!"),
    "correlationSubscription": (
        "baseElement",
        "correlationPropertyBinding*",
        "correlationKeyRef!",
    ),
    "correlationPropertyBinding": ("baseElement", "dataPath", "correlationPropertyRef!"),
    "correlationKey": ("baseElement", "correlationPropertyRef*", "name"),
    "correlationProperty": (
        "baseElement",
        "correlationPropertyRetrievalExpression+",
        "name type",
    ),
    "correlationPropertyRetrievalExpression": ("baseElement", "messagePath", "messageRef!"),
    "collaboration": (
        "baseElement",
        "participant* messageFlow* artifact* conversation* conversationAssociation*"
        " participantAssociation* messageFlowAssociation* correlationKey* choreographyRef*"
        " conversationLink*",
        "name isClosed:boolean",
    ),
    "participant": (
        "baseElement",
        "interfaceRef* endPointRef* participantMultiplicity?",
        "name processRef",
    ),
    "participantMultiplicity": ("baseElement", "", "minimum:integer maximum:integer"),
    "messageFlow": ("baseElement", "", "name sourceRef! targetRef! messageRef"),
    "message": ("baseElement", "", "name itemRef"),
    "signal": ("baseElement", "", "name structureRef"),
    "error": ("baseElement", "", "name errorCode structureRef"),
    "escalation": ("baseElement", "", "name escalationCode structureRef"),
    "itemDefinition": (
        "baseElement",
        "",
        "structureRef isCollection:boolean itemKind:Information|Physical",
    ),
    "category": ("baseElement", "categoryValue*", "name"),
    "categoryValue": ("baseElement", "", "value"),
    "dataStore": (
        "baseElement",
        "dataState?",
        "name capacity:integer isUnlimited:boolean itemSubjectRef",
    ),
    "interface": ("baseElement", "operation+", "name! implementationRef"),
    "operation": (
        "baseElement",
        "inMessageRef outMessageRef? errorRef*",
        "name! implementationRef",
    ),
    "resource": ("baseElement", "resourceParameter*", "name!"),
    "resourceParameter": ("baseElement", "", "name type isRequired:boolean"),
}

#: Child of a row → the elements that may stand for it, where they are not just that one.
_GROUPS: Mapping[str, str] = {
    "flowElements": (
        "task manualTask userTask serviceTask sendTask receiveTask businessRuleTask scriptTask"
        " callActivity subProcess transaction adHocSubProcess exclusiveGateway inclusiveGateway"
        " parallelGateway complexGateway eventBasedGateway startEvent intermediateCatchEvent"
        " boundaryEvent endEvent intermediateThrowEvent implicitThrowEvent event sequenceFlow"
        " dataObject dataObjectReference dataStoreReference choreographyTask subChoreography"
        " callChoreography"
    ),
    "artifact": "association group textAnnotation",
    "rootElement": (
        "process collaboration message signal error escalation itemDefinition category dataStore"
        " interface resource correlationProperty endPoint partnerEntity partnerRole choreography"
        " globalChoreographyTask globalConversation globalTask globalUserTask globalManualTask"
        " globalScriptTask globalBusinessRuleTask messageEventDefinition timerEventDefinition"
        " signalEventDefinition errorEventDefinition escalationEventDefinition"
        " conditionalEventDefinition linkEventDefinition compensateEventDefinition"
        " cancelEventDefinition terminateEventDefinition"
    ),
    "eventDefinition": (
        "messageEventDefinition timerEventDefinition signalEventDefinition errorEventDefinition"
        " escalationEventDefinition conditionalEventDefinition linkEventDefinition"
        " compensateEventDefinition cancelEventDefinition terminateEventDefinition"
    ),
    "timer": "timeDate timeDuration timeCycle",
    "loopCharacteristics": "standardLoopCharacteristics multiInstanceLoopCharacteristics",
    "resourceRole": "resourceRole performer humanPerformer potentialOwner",
    "expression": "expression formalExpression",
    "conversation": "conversation callConversation subConversation",
}

#: Row → elements that are of it besides the one of its name.
_ALIASES: Mapping[str, str] = {
    "dataInput": "dataOutput inputDataItem outputDataItem",
    "dataAssociation": "dataInputAssociation dataOutputAssociation",
    "laneSet": "childLaneSet",
    "resourceRole": "performer humanPerformer potentialOwner",
    "baseElement": "auditing monitoring rendering endPoint partitionElement",
    "expression": (
        "formalExpression conditionExpression loopCardinality loopCondition completionCondition"
        " activationCondition condition timeDate timeDuration timeCycle transformation from to"
        " messagePath dataPath"
    ),
    "ref": (
        "incoming outgoing flowNodeRef categoryValueRef eventDefinitionRef operationRef source"
        " target sourceRef targetRef loopDataInputRef loopDataOutputRef dataInputRefs"
        " optionalInputRefs whileExecutingInputRefs outputSetRefs dataOutputRefs"
        " optionalOutputRefs whileExecutingOutputRefs inputSetRefs resourceRef supports"
        " supportedInterfaceRef interfaceRef endPointRef correlationPropertyRef inMessageRef"
        " outMessageRef errorRef choreographyRef"
    ),
}
_ROW_OF = {element: row for row, elements in _ALIASES.items() for element in elements.split()}


@dataclass(frozen=True, slots=True)
class Shape:
    """What one element may hold."""

    #: Child → (place in the order, whether it may stand there only once).
    children: Mapping[str, tuple[int, bool]]
    #: Children that must be there.
    required_children: tuple[str, ...]
    #: Attribute → kind of its value: empty, ``boolean``, ``integer`` or choices.
    attributes: Mapping[str, str]
    required_attributes: tuple[str, ...]


@cache
def shape_of(element: str) -> Shape | None:
    """What an element of that local name may hold; None where anything may be in it."""
    row = _ROW_OF.get(element, element)
    if row not in _TYPES:
        return None
    base, children, attributes = _TYPES[row]
    inherited = shape_of(base) if base else None
    order = dict(inherited.children) if inherited else {}
    kinds = dict(inherited.attributes) if inherited else {}
    needed = list(inherited.required_children) if inherited else []
    must = list(inherited.required_attributes) if inherited else []
    for place, word in enumerate(children.split(), start=len(order)):
        name = word.rstrip("*+?")
        once = word[-1] not in "*+"
        if word[-1] not in "*?":
            needed.append(name)
        for member in _GROUPS.get(name, name).split():
            order[member] = (place, once)
    for word in attributes.split():
        name, _, kind = word.partition(":")
        kinds[name.rstrip("!")] = kind
        if name.endswith("!"):
            must.append(name.rstrip("!"))
    return Shape(order, tuple(needed), kinds, tuple(must))


def is_reference(element: str) -> bool:
    """Whether an element of that local name holds the id of another one as its text."""
    return _ROW_OF.get(element) == "ref"


def group_of(child: str) -> tuple[str, ...]:
    """The elements that may stand for a child named in :attr:`Shape.required_children`."""
    return tuple(_GROUPS.get(child, child).split())
