*** Settings ***
Documentation       Messages and packets that no well-behaved peer sends, thrown at a phone by UDP.
...
...                 The messages are of the kinds of RFC 4475, utest/sip/torture.py has them, and random
...                 mutations of these and of real ones: \${MUTATIONS} many from \${SEED} on. The phone
...                 lives and makes its next call. Baresip before 3.21 has bugs of which it dies; then each
...                 death is named, and so is the message.
Resource            robustness.resource
Library             Torture.py
Test Teardown       The Next Call Works


*** Variables ***
${MUTATIONS}    300
${SEED}         1


*** Test Cases ***
The Torture Set
    Pair
    ${deadly}    Throw The Torture Set At    bob
    Deaths Should Be Known    ${deadly}    value: from of percent formats
    ...    header: replaces nothing    header: bad replaces

The Torture Set In Answers
    Pair
    ${deadly}    Answer With Torture    bob
    Deaths Should Be Known    ${deadly}    status line: reason of percent formats

Mutations
    Talk
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    ${deadly}    Throw Mutations At    bob    ${MUTATIONS}    ${SEED}
    Deaths Should Be Known    ${deadly}

Malformed Media
    [Documentation]    The call goes on, and is heard.
    Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    ${count}    Throw Packets At The Media Of    bob
    Log    ${count} packets
    Verify Audio    bob    440 Hz
    Verify Audio Connection    alice    bob
    Hang Up    bob
    Wait Until State Is    alice    IDLE


*** Keywords ***
Deaths Should Be Known
    [Documentation]    Only an old external baresip may have died: by a percent sign before 3.0, by a
    ...    Replaces before 3.21. The phone makes its next call.
    [Arguments]    ${deadly}    @{of_old}
    ${is_embedded}    Backend Is    embedded
    ${library}    Get Library Instance    BaresipLibrary
    ${is_sound}    Evaluate    getattr($library.agents.get('bob').backend, 'version', (4, 0)) >= (3, 21)
    IF    ${is_sound}
        Should Be Empty    ${deadly}
    ELSE IF    ${of_old}
        Should Be True    set($deadly) <= set($of_old)    Killed by ${deadly}.
    END
    Connect    bob    alice
    # Baresip 1.0 can't end a call whose Call-ID is odd, nor change its audio source meanwhile.
    IF    ${is_embedded}    Verify Audio Connection    alice    bob
