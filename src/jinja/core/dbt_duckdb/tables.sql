{# Tables and incremental models of DuckDB's own: a project's materialization for all databases does not replace these. #}

{% materialization table, adapter='duckdb' %}
    {{ return(swap_in('table')) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb' %}
    {{ return(build_incremental()) }}
{% endmaterialization %}
