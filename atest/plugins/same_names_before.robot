*** Settings ***
Documentation       Another library has a keyword named `Say`, as BaresipLibrary has: its own is used. Here it is imported before.
Library             Speaker.py
Library             BaresipLibrary
Resource            same_names.resource
Test Tags           once on embedded: no agent is started


*** Test Cases ***
The Keyword Of The Other Library
    The Other Library Says It

The Keyword Of This Library By Its Full Name
    This Library Says It By Its Full Name
