"""Names of the `d2l` package that this library does not have, and what does their job."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# What to use instead: names of the d2l package. An empty text means that nothing here does it.
_INSTEAD = {
    "write the class in your notebook; it is a d2l.Classifier with a net": (
        "LeNet Residual ResNeXtBlock SoftmaxRegression resnet18"
    ),
    "call net.apply with `nn.init.xavier_uniform_` for nn.Linear and nn.Conv2d layers": "init_cnn",
    "use d2l.Trainer, or d2l.train_ch6 in the functional style": (
        "train_batch_ch12 train_batch_ch13 train_ch12 train_ch13 TrainCallback"
    ),
    "use d2l.evaluate_accuracy": "evaluate_accuracy_gpu evaluate_accuracy_gpus",
    "leave it out: TensorFlow needs no number of workers": ("get_dataloader_workers"),
    "call d2l.download for each file": "download_all download_imdb util_download",
    "use d2l.show_images with d2l.get_fashion_mnist_labels as titles": "show_fashion_mnist",
    "compare shapes with assert": "check_len check_shape",
    "pass gradient_clip_val to d2l.Trainer": "grad_clipping",
    "use the recurrent layers of your framework: torch.nn.RNN, LSTM and GRU, "
    "tf.keras.layers.SimpleRNN, LSTM and GRU, or mxnet.gluon.rnn": (
        "GRU RNN RNNLM RNNLMScratch RNNModel RNNModelScratch RNNScratch predict_ch8 train_ch8 "
        "train_epoch_ch8"
    ),
    "use the attention layers of your framework: torch.nn.MultiheadAttention and "
    "torch.nn.TransformerEncoder, or tf.keras.layers.MultiHeadAttention": (
        "AddNorm AdditiveAttention AttentionDecoder DotProductAttention EncoderBlock "
        "MLPAttention MultiHeadAttention PositionWiseFFN PositionalEncoding TransformerEncoder "
        "TransformerEncoderBlock masked_softmax transpose_output transpose_qkv show_heatmaps"
    ),
    "use the optimizers of your framework": (
        "get_data_ch10 get_data_ch11 train_ch10 train_ch11 train_concise_ch11 train_gluon_ch10 "
        "train_gluon_ch11 annotate train_2d show_trace_2d"
    ),
    "use Optuna for hyperparameter searches": (
        "BasicScheduler HPOScheduler HPOSearcher HPOTrainer HPOTuner RandomSearcher "
        "SuccessiveHalvingScheduler hpo_objective_lenet"
    ),
    "use d2l.Timer": "Benchmark benchmark",
    "": (
        "BERTEncoder BERTModel BPRLoss BananasDataset CTRDataset Decoder Encoder EncoderDecoder "
        "HingeLossbRec MTFraEng MaskLM MaskedSoftmaxCELoss NextSentencePred RandomGenerator "
        "SNLIDataset Seq2Seq Seq2SeqDecoder Seq2SeqEncoder SeqDataLoader TimeMachine "
        "TokenEmbedding USE_MXNET USE_PYTORCH USE_TENSORFLOW VOCSegDataset VOC_CLASSES "
        "VOC_COLORMAP Vocab assign_anchor_to_bbox batchify bbox_to_rect bleu box_center_to_corner "
        "box_corner_to_center box_iou build_array build_array_nmt build_colormap2label copyfile "
        "count_corpus download_pikachu download_voc_pascal evaluate_ranking frozen_lake "
        "get_centers_and_contexts get_negatives get_tokens_and_segments hit_and_auc init_seq2seq "
        "load_corpus_time_machine load_data_bananas load_data_imdb load_data_ml100k load_data_nmt "
        "load_data_pikachu load_data_ptb load_data_snli load_data_time_machine load_data_voc "
        "load_data_wiki make_env multibox_detection multibox_prior multibox_target nms "
        "offset_boxes offset_inverse predict_s2s_ch8 predict_s2s_ch9 predict_sentiment "
        "predict_seq2seq predict_snli preprocess_nmt rbfkernel read_csv_labels read_data_bananas "
        "read_data_ml100k read_data_nmt read_imdb read_ptb read_snli read_time_machine "
        "read_voc_images reorg_test reorg_train_valid seq_data_iter_consecutive "
        "seq_data_iter_random seq_data_iter_sequential sequence_mask show_Q_function_progress "
        "show_bboxes show_list_len_pair_hist show_value_function_progress split_and_load_ml100k "
        "split_batch split_batch_multi_inputs split_data_ml100k subsample subsampling tokenize "
        "tokenize_nmt train_bert train_ranking train_recsys_rating train_s2s_ch8 train_s2s_ch9 "
        "train_seq2seq translate trim_pad truncate_pad update_D update_G voc_colormap2label "
        "voc_label_indices voc_rand_crop"
    ),
}
ABSENT = {name: instead for instead, names in _INSTEAD.items() for name in names.split()}


def why_absent(face: str, name: str, known: Iterable[str]) -> str:
    """Return why `face` (as in "d2l_local.torch") has no `name`, and what to use instead."""
    if name in ABSENT:
        instead = ABSENT[name] and f": {ABSENT[name]}"
        return (
            f"d2l.{name} is not part of {face}{instead}. "
            "(Here is what preliminaries, linear networks, perceptrons and convolutions need.)"
        )
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean d2l.{close[0]}?" if close else ""
    return f"{face} has no attribute {name!r}{hint}"
