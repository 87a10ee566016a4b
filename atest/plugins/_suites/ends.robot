*** Settings ***
Documentation       Two tests, in this order: the second asks which agents ran at the end of the first.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    plugins=${CURDIR}/../OurPhones.py;tone=620 Hz


*** Test Cases ***
Two Agents Run At The End
    Start Agent    alice
    Start Agent    bob

The Next Test Looks
    ${ends} =    Get Agents At Ends
    Should Be Equal    ${ends}    ${{['Two Agents Run At The End: alice, bob']}}
