// The precompiled header is built for this target; the layers reuse it.
