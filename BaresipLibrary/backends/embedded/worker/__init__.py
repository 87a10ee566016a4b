"""The child side of the embedded backend: one process an agent, around the wheel's runtime.

Modules here import the standard library and `baresip` only, and each other relatively: the
package is loaded on its own, without `BaresipLibrary`, so that a child starts quickly.
"""
