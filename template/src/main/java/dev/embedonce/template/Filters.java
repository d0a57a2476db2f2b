package dev.embedonce.template;

/** The filters by name. */
final class Filters {
    static final Registry ALL = new Registry();

    static {
        TextFilters.addTo(ALL);
        NumberFilters.addTo(ALL);
        SequenceFilters.addTo(ALL);
        OrderFilters.addTo(ALL);
        SelectFilters.addTo(ALL);
    }

    private Filters() {}
}
