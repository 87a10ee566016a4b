*** Settings ***
Documentation       Two runs at the same time do not disturb each other, neither by ports nor by files.
...
...                 \${ROUNDS} says how often: ``robot --variable ROUNDS:20 atest/scopes``. One is enough beside
...                 all the other runs of `make test`.
Library             ../resources/ChildRun.py


*** Variables ***
${ROUNDS}       1


*** Test Cases ***
Two Runs Side By Side
    [Documentation]    Both have agents of the same names, and pass.
    FOR    ${round}    IN RANGE    ${ROUNDS}
        ${one}    Start Run    ${CURDIR}/../demo/first_call.robot
        ${two}    Start Run    ${CURDIR}/../demo/first_call.robot
        ${code}    Wait For End    ${one}
        Should Be Equal As Integers    ${code}    0
        ${code}    Wait For End    ${two}
        Should Be Equal As Integers    ${code}    0
    END
