*** Settings ***
Documentation       Reading, counting and awaiting the SIP messages of a call, on both sides of it.
Resource            phone.resource


*** Test Cases ***
A Header Of Any Message
    Needs    REFUSAL_HEADERS
    VAR    &{headers}    X-Why=armed
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Reject    bob    486    headers=${headers}
    Get Header    alice    X-Why    ==    armed    of=486    timeout=3s
    Get Header    bob    x-why    ==    armed    of=sent 4xx INVITE    timeout=3s
    ${none} =    Get Header    bob    X-Why
    Should Be Equal    ${none}    ${None}
    ${headers} =    Get Headers    alice    of=486 INVITE
    Should Be Equal    ${headers}[x-why]    ${{['armed']}}
    Should End With    ${headers}[CSeq][0]    INVITE

A Message As An Object
    Start Agent    alice
    Start Agent    bob
    ${call} =    Connect    alice    bob
    ${ok} =    Get Sip Message    alice    200 INVITE    timeout=3s
    Should Start With    ${ok.start_line}    SIP/2.0 200
    Should Be Equal    ${ok.method}    INVITE
    Should Be Equal    ${ok.status}    ${200}
    Should Not Be Empty    ${ok.reason}
    Should Be Equal    ${ok.headers}[call-id]    ${{[$call]}}
    Should Be Equal    ${ok.headers}[i]    ${ok.headers}[Call-ID]
    Should Contain    ${ok.body}    m=audio
    Should Be Equal    ${ok.sent}    ${False}
    Should Be Equal    ${ok.direction}    received
    Should Be Equal    ${ok.call_id}    ${call}
    ${invite} =    Get Sip Message    alice    sent INVITE
    Should Be Equal    ${invite.method}    INVITE
    Should Be Equal    ${invite.status}    ${None}
    Should Be Equal    ${invite.reason}    ${None}
    Should Be True    ${invite.at} < ${ok.at}
    ${text} =    Convert To String    ${invite}
    Should Start With    ${text}    INVITE sip:bob@

All Messages Of A Call In Order
    Start Agent    alice
    Start Agent    bob
    ${call} =    Connect    alice    bob
    Hang Up    bob
    Wait Until Sip Message    alice    sent 200 BYE
    ${messages} =    Get Sip Messages    alice    call=${call}
    ${words} =    Evaluate    [message.direction + ' ' + str(message.status or message.method) for message in $messages]
    Should Be Equal    ${words}[0]    sent INVITE
    Should Be Equal    ${words}[-4:]    ${{['received 200', 'sent ACK', 'received BYE', 'sent 200']}}
    ${byes} =    Get Sip Messages    alice    BYE
    Length Should Be    ${byes}    1

Messages Are Counted
    Talk
    Get Sip Message Count    alice    sent INVITE    ==    1
    Get Sip Message Count    bob    received INVITE    ==    1
    Get Sip Message Count    alice    received INVITE    ==    0
    Hang Up    bob
    Get Sip Message Count    alice    BYE    ==    1    timeout=3s
    Get Sip Message Count    alice    sent 200 BYE    ==    1    timeout=3s

A Renegotiation Is Told From The First Invite
    Talk
    Get Sip Message Count    bob    re-INVITE    ==    0
    Hold    alice
    ${hold} =    Wait Until Sip Message    bob    re-INVITE
    Should Contain Any    ${hold.body}    a=sendonly    a=inactive
    Wait Until Sip Message    alice    200 re-INVITE
    Get Sip Message Count    alice    re-INVITE    ==    1
    Get Sip Message Count    alice    sent INVITE    ==    2
    Get Header    bob    Subject    ==    ${None}

A Wait Counts From The Keyword That Acted
    [Documentation]    What another wait has seen is still news, and what came before the keyword is not.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Wait Until Sip Message    alice    200 INVITE    timeout=3s
    Wait Until Sip Message    alice    received 200
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Wait Until Sip Message    bob    BYE    timeout=3s
    Wait Until Sip Message    alice    200 BYE    timeout=3s
    Run Keyword And Expect Error
    ...    alice has seen no 200 to an INVITE since the last keyword that acted (1 before that), and none can come: its call to * was hung up by this agent after *. It has sent INVITE, ACK, BYE and received * 200 INVITE, 200 BYE.
    ...    Wait Until Sip Message    alice    200 INVITE    timeout=60s

A Wait Ends When Its Call Was Refused
    Start Agent    alice
    Start Agent    bob
    ${call} =    Dial    alice    bob
    Reject    bob
    Run Keyword And Expect Error
    ...    alice has received no 200 to an INVITE, and none can come: its call to sip:bob@* was refused with 486 * after *. It has received * 486 INVITE.
    ...    Wait Until Sip Message    alice    received 200 INVITE    timeout=60s
    Run Keyword And Expect Error
    ...    alice has seen no BYE in that call, and none can come: its call to sip:bob@* was refused with 486 *
    ...    Wait Until Sip Message    alice    BYE    timeout=60s    call=${call}

A Wait Goes On While The Message Can Come
    [Documentation]    Each of these can come without a keyword, though the call is over.
    Start Agent    alice
    Start Agent    bob
    ${call} =    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    IDLE
    FOR    ${of}    IN    received INVITE    sent 180    OPTIONS    received CANCEL    4xx OPTIONS    NOTIFY    200
        Run Keyword And Expect Error    alice has * within 0.1 s. It has *.
        ...    Wait Until Sip Message    alice    ${of}    timeout=100ms
    END

Messages Of A Call By Its Call-ID
    Start Agent    alice
    Start Agent    bob
    ${first} =    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    IDLE
    ${second} =    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Get Sip Message Count    alice    200 INVITE    ==    0    call=${first}
    Get Sip Message Count    alice    200 INVITE    ==    1    call=${second}    timeout=3s
    ${invite} =    Get Sip Message    bob    INVITE    call=${first}
    Should Be Equal    ${invite.call_id}    ${first}
    Get Header    bob    Call-ID    ==    ${first}    call=${first}
    ${headers} =    Get Headers    bob    call=${first}
    Should Be Equal    ${headers}[Call-ID][0]    ${first}
    Get Sip Message Count    alice    sent INVITE    ==    0    call=NONE
    Run Keyword And Expect Error
    ...    alice has seen no message with the Call-ID 'wrong'. Its calls: ${first}, ${second}.
    ...    Get Sip Message Count    alice    INVITE    ==    0    call=wrong
    Run Keyword And Expect Error    alice has seen no message with the Call-ID 'wrong'. *
    ...    Get Sip Messages    alice    call=wrong

Messages Of A Call That Has Just Been Dialled
    [Documentation]    bob may not have seen the call yet.
    Start Agent    alice
    Start Agent    bob
    ${call} =    Dial    alice    bob
    Get Sip Message Count    bob    received INVITE    ==    1    call=${call}    timeout=5s
    Run Keyword And Expect Error
    ...    bob has seen no message with the Call-ID 'wrong'. Its calls: ${call} (waited 0.1 s).
    ...    Get Sip Message Count    bob    INVITE    ==    0    call=wrong    timeout=100ms

A Hold Changes No Header Of The Call
    [Documentation]    They are those of the INVITE that began it.
    Start Agent    alice
    Start Agent    bob
    ${call} =    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    ${first} =    Get Header    bob    CSeq    call=${call}
    Hold    alice
    ${again} =    Wait Until Sip Message    bob    received re-INVITE
    Should Not Be Equal    ${again.headers}[CSeq][0]    ${first}
    Get Header    bob    CSeq    ==    ${first}    call=${call}
    Get Header    bob    CSeq    ==    ${first}
    Get Header    bob    CSeq    !=    ${first}    call=${call}    of=received INVITE
    Run Keyword And Expect Error    alice has received no INVITE that began that call. It has received *
    ...    Get Header    alice    CSeq    call=${call}
    Run Keyword And Expect Error    call=NONE needs of=: no INVITE is outside of calls.
    ...    Get Header    bob    CSeq    call=NONE    timeout=60s

What Came Instead
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Reject    bob
    Wait Until State Is    alice    IDLE
    Wait Until Sip Message    bob    ACK
    Get Sip Message Count    alice    sent ACK    ==    1    timeout=3s
    Run Keyword And Expect Error
    ...    alice has received no 200 to a BYE. It has received * 486 INVITE.
    ...    Get Sip Message    alice    received 200 BYE
    Run Keyword And Expect Error
    ...    alice has received no 200 to a BYE. It has received * 486 INVITE (waited 0.1 s).
    ...    Get Header    alice    X-Why    of=received 200 BYE    timeout=100ms
    Run Keyword And Expect Error
    ...    alice's number of messages 'sent BYE' '0' (int*) should be '1' (int*). It has sent INVITE, ACK.
    ...    Get Sip Message Count    alice    sent BYE    ==    1
    Run Keyword And Expect Error    bob's 486 has no X-Nothing header.
    ...    Get Header    bob    X-Nothing    ==    1    of=486
    Run Keyword And Expect Error    no way
    ...    Get Sip Message Count    alice    sent BYE    ==    1    message=no way

What No Filter Can Mean
    Start Agent    alice
    FOR    ${of}    IN    INVTE    REINVITE    CANCELED    RINGING    200 OK    sent    2x0    ${EMPTY}    re-BYE    486 Busy Here
        Run Keyword And Expect Error    ValueError: Argument 'of' got value '${of}' that cannot be converted *: *
        ...    Get Sip Message    alice    ${of}
    END
    Run Keyword And Expect Error    *'INVTE' is not a SIP method. Did you mean INVITE? Write it like BYE, *
    ...    Get Header    alice    X-Any    of=INVTE

Messages Of An Agent That Died
    [Documentation]    They can still be read, and a wait says that no more will come.
    Talk
    ${alice} =    Get Info    alice
    Evaluate    os.kill($alice['pid'], signal.SIGKILL)    modules=os,signal
    Run Keyword And Expect Error    alice is dead: its process was ended by SIGKILL.
    ...    Wait Until Sip Message    alice    BYE    timeout=60s
    Get Sip Message    alice    sent INVITE
    Get Sip Message    alice    sent INVITE    timeout=60s
    Get Sip Message Count    alice    sent INVITE    ==    1    timeout=60s
    Get Header    alice    CSeq    *=    INVITE    of=200 INVITE
    Run Keyword And Expect Error    alice is dead: its process was ended by SIGKILL.
    ...    Get Header    alice    Reason    of=BYE    timeout=60s
