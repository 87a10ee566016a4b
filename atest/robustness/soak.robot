*** Settings ***
Documentation       Many calls, one after the other in one pair of agents, leave nothing behind.
...
...                 A Robot of its own makes them. Either side hangs up in turn; every tenth time both
...                 must hear each other. What grows is measured over the second half of the calls:
...                 descriptors, threads and temporary files may not, memory only by what a test keeps
...                 to show it in the end. \${CALLS} says how many; ``make soak`` makes 1,000.
Library             ../resources/ChildRun.py


*** Variables ***
${CALLS}        25


*** Test Cases ***
Many Calls Leave Nothing Behind
    Run Suite    ${CURDIR}/_suites/soak.robot    --variable    CALLS:${CALLS}    silent_for=3600
    All Tests Should Have Passed
    ${table}    Get Message    Many Calls
    Set Test Message    ${table}
