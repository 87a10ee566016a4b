*** Settings ***
Documentation       Unit tests that try many cases of one kind, with all of them: calls without any one of the C
...                 functions that only some capabilities need, and every parser on more input.
Library             Process


*** Variables ***
@{TESTS}        utest/backends/test_native.py    utest/diagnosis/test_true_sentences.py    utest/test_fuzz.py


*** Test Cases ***
Every Case Of Tests That Try Many
    [Tags]    once on embedded: unit tests choose their backends themselves
    ${run} =    Run Process    ${{sys.executable}}    -m    pytest    -q    -p    no:cacheprovider    @{TESTS}
    ...    cwd=${CURDIR}/../..    env:THOROUGH=1    stdout=${OUTPUT DIR}/thorough.txt    stderr=STDOUT
    Should Be Equal As Integers    ${run.rc}    0    ${run.stdout}    values=False
    Log    ${run.stdout}
