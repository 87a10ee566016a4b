*** Settings ***
Documentation       Calling, being called and how calls end.
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}
Resource            BaresipLibrary/calls.resource


*** Test Cases ***
A Call Is Established For Both
    [Documentation]    From dialling to hanging up, with the state of both agents at every step.
    Start Agent    alice
    Start Agent    bob
    Get State    alice    ==    IDLE
    Dial    alice    bob
    Get State    alice    ==    RINGING
    Wait Until State Is    bob    RINGING
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Get State    alice    ==    ESTABLISHED
    Get State    bob    ==    ESTABLISHED
    Call Should Stay Established    alice    300 ms
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    Wait Until State Is    bob    IDLE

The Caller Hangs Up
    [Documentation]    Both sides know who ended an answered call; no status refused it.
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    End Call    alice    bob
    Get Reason    alice    ==    hung up by this agent
    Get Reason    bob    ==    hung up by the peer
    Get Status Code    alice    ==    ${None}
    Get Status Code    bob    ==    ${None}

The Callee Hangs Up
    [Documentation]    The other way round.
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    End Call    bob    alice
    Get Reason    alice    ==    hung up by the peer
    Get Reason    bob    ==    hung up by this agent

The Caller Gives Up
    [Documentation]    Hanging up a call that still rings cancels it.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    End Call    alice    bob
    Get Reason    bob    ==    cancelled by the caller

The Caller Gives Up At Once
    [Documentation]    A CANCEL has to wait for the first answer to the INVITE; nobody is left ringing.
    Start Agent    alice
    Start Agent    bob
    FOR    ${round}    IN RANGE    10
        Dial    alice    bob
        Hang Up    alice
        Wait Until State Is    alice    IDLE
        Wait Until State Is    bob    IDLE    timeout=3s
    END
    Get State    bob    ==    IDLE    timeout=3s

A Caller That Stops At Once Leaves Nobody Ringing
    Start Agent    bob
    FOR    ${round}    IN RANGE    5
        Start Agent    alice
        Dial    alice    bob
        Stop Agent    alice
        Wait Until State Is    bob    IDLE    timeout=3s
    END
    Get State    bob    ==    IDLE    timeout=3s

The Callee Refuses
    [Documentation]    Hanging up a call that rings at the agent refuses it as busy.
    Needs    OWN_REFUSALS
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    End Call    bob    alice
    Get Reason    alice    ==    Busy Here
    Get Status Code    alice    ==    486
    Get Reason    bob    ==    rejected by this agent
    Get Status Code    bob    ==    ${None}

Nobody Of That Name Lives There
    [Documentation]    A phone that takes its own calls only answers 404 to one for somebody else.
    Needs    OWN_CALLS_ONLY
    Start Agent    alice
    ${bob}    Start Agent    bob    catch_all=False
    ${nobody}    Evaluate    $bob.uri.replace('bob', 'nobody')
    Call Should Be Refused    alice    ${nobody}    404
    Get Reason    alice    ==    Not Found

No Codec In Common
    [Documentation]    The callee's phone refuses by itself what it cannot speak.
    Start Agent    alice    audio_codecs=${{['PCMU']}}
    Start Agent    bob    audio_codecs=${{['opus/48000/2']}}
    Call Should Be Refused    alice    bob    488

Accept Waits For The Call
    [Documentation]    There is no need to wait until it rings.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob    timeout=5s
    Wait Until State Is    alice    ESTABLISHED

One Call After The Other
    [Documentation]    Agents are used again; states are those of the new call.
    Start Agent    alice
    Start Agent    bob
    FOR    ${caller}    ${callee}    IN    alice    bob    bob    alice    alice    bob
        Establish Call    ${caller}    ${callee}
        End Call    ${callee}    ${caller}
    END
    ${info}    Get Info    alice
    Length Should Be    ${info.calls}    3

Three Agents
    [Documentation]    Each has calls of its own.
    Start Agent    alice
    Start Agent    bob
    Start Agent    carol
    Dial    alice    carol
    Accept    carol
    Wait Until State Is    alice    ESTABLISHED
    Get State    bob    ==    IDLE
    Get Peer Number    carol    ==    alice

An Agent Leaves During A Call
    [Documentation]    Stopping an agent hangs its calls up, and its name is free again.
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Stop Agent    bob
    Wait Until State Is    alice    IDLE
    Get Reason    alice    ==    hung up by the peer
    Start Agent    bob
    Establish Call    alice    bob

Everybody Leaves
    [Documentation]    Stop All Agents may be called when none runs.
    Start Agent    alice
    Start Agent    bob
    Establish Call    alice    bob
    Stop All Agents
    Stop All Agents
    Run Keyword And Expect Error    There is no agent 'alice'. *No agent is running.    Get State    alice
