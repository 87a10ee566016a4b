*** Settings ***
Documentation       Suites side by side under pabot: one log, and one account for two.
...
...                 `check.py parallel` runs whole folders of these suites that way.
Resource            ../servers/servers.resource
Resource            ../resources/backend.resource
Library             OperatingSystem
Library             ../resources/ChildRun.py
Library             Leases.py
Suite Teardown      Stop Server
Test Tags           once on embedded: the processes it is about are not those of agents


*** Test Cases ***
Links In The Merged Log Lead To The Files Of Both
    ${run} =    Run In Parallel    ${CURDIR}/_suites/failing
    Test Should Have Failed    This is to fail.    Rückruf
    ${recordings} =    Get Linked Recordings    ${run}
    ${captures} =    Get Links    ${run}    pcap
    Length Should Be    ${recordings}    8
    Length Should Be    ${captures}    2
    ${elsewhere} =    Write Log Elsewhere    ${run}
    ${moved} =    Get Links In    ${elsewhere}    wav
    Length Should Be    ${moved}    8
    Should Start With    ${moved}[0]    ../../output/
    ${moved} =    Get Links In    ${elsewhere}    pcap
    Length Should Be    ${moved}    2

An Account Is With One Suite At A Time
    Start Registrar
    ${password} =    Password Of    alice
    Set Environment Variable    PASSWORD_OF_alice    ${password}
    ${accounts} =    Write Value Set    alice    ${PBX.domain}
    ${run} =    Run In Parallel    ${CURDIR}/_suites/leases    --resourcefile    ${accounts}
    All Tests Should Have Passed
    Leases Should Not Overlap    ${run}
    [Teardown]    Run Keywords
    ...    Remove File    ${accounts}    AND
    ...    Remove Environment Variable    PASSWORD_OF_alice
