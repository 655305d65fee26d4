"""The library says in outputs what the builder reads from them; neither imports the other."""

import d2l_local.common.figure_data
import d2l_local.lab.record
import tabbook.notebook.figure_data
import tabbook.notebook.values


def test_recorded_numbers_have_one_media_type():
    assert d2l_local.lab.record.MIME_TYPE == tabbook.notebook.values.MIME_TYPE


def test_the_data_of_figures_have_one_media_type_and_the_same_fields():
    library, builder = d2l_local.common.figure_data, tabbook.notebook.figure_data
    assert library.MIME_TYPE == builder.MIME_TYPE
    assert set(library.FIGURE_FIELDS) == builder.FIGURE_FIELDS
    assert set(library.AXES_FIELDS) == builder.AXES_FIELDS
    assert set(library.SERIES_FIELDS) == builder.SERIES_FIELDS
