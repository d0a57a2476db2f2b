package dev.embedonce.template.internal.filter;

import dev.embedonce.template.internal.builtin.Registry;

/** The filters by name. */
public final class Filters {
    public static final Registry ALL = new Registry();

    static {
        TextFilters.addTo(ALL);
        NumberFilters.addTo(ALL);
        SequenceFilters.addTo(ALL);
        OrderFilters.addTo(ALL);
        SelectFilters.addTo(ALL);
    }

    private Filters() {}
}
